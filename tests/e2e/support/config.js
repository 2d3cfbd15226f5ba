// Configurations for tests. Written as JSON, which is YAML too.

export const plugins = { enable: ['openai', 'demo', 'priority'] };

/** A provider of the `openai` component at an upstream; `more` adds or replaces keys. */
export const provider = (upstream, more = {}) => ({
  component: 'openai',
  base_url: typeof upstream === 'string' ? upstream : upstream.baseUrl,
  keys: ['sk-upstream'],
  ...more,
});

export const virtual = (...targets) => ({ strategy: 'priority', targets });

/** The text of a service account's key file, of nobody. */
export const account = JSON.stringify({
  type: 'service_account',
  client_email: 'a@b.example',
  private_key_id: '1',
  private_key: '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n',
  token_uri: 'https://oauth2.googleapis.com/token',
});

/** For tests that count connections or turns: each loop has its own. */
export const oneLoop = { loops: 1 };

/** Clients need one of these keys. */
export const keysOnly = (...keys) => ({ client_keys: keys });

/** A whole configuration from the parts a test cares about. */
export function configuration({
  server = {},
  attempts = {},
  log = {},
  providers = {},
  ...more
} = {}) {
  return {
    server: { listen: '127.0.0.1:0', drain_seconds: 20, ...server },
    plugins,
    // Short pauses keep the tests short; the numbers of attempts are the defaults.
    attempts: { pause_ms: 20, ...attempts },
    log: { format: 'json', ...log },
    providers: { demo: { component: 'demo' }, ...providers },
    ...more,
  };
}
