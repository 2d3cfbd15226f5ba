// A token server as Google's: checks the claim of a service account, and gives tokens out.
import { createPublicKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { json } from './answers.js';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });

export const email = 'robot@project.iam.example';
export const scope = 'https://www.googleapis.com/auth/cloud-platform';

/** The JSON of a service account that has its tokens at `server`. */
export const accountAt = (server) => ({
  type: 'service_account',
  project_id: 'project',
  private_key_id: 'key-1',
  private_key: pem,
  client_email: email,
  token_uri: `${server.scheme}://127.0.0.1:${server.port}/token`,
});

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString());

/** What is wrong with a request for a token; undefined if nothing is. */
export function faultOfClaim(request, server) {
  const line = `${request.method} ${request.path}`;
  if (line !== 'POST /token') return line;
  const form = new URLSearchParams(request.body.toString());
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'grant_type';
  const [head, claims, signature] = (form.get('assertion') ?? '').split('.');
  const verifier = createVerify('RSA-SHA256').update(`${head}.${claims}`);
  if (!verifier.verify(createPublicKey(pem), signature ?? '', 'base64url')) return 'signature';
  const { alg, typ, kid } = decode(head);
  if (alg !== 'RS256' || typ !== 'JWT' || kid !== 'key-1') return 'head';
  const { iss, aud, iat, exp, scope: scopes } = decode(claims);
  const now = Date.now() / 1000;
  if (iss !== email || aud !== accountAt(server).token_uri || scopes !== scope) return 'claims';
  if (Math.abs(iat - now) > 60 || exp !== iat + 3600) return `times ${iat} ${exp}`;
  return undefined;
}

/** An answer with a token, if the claim is right. */
export const grant = (server, token, lasts = 3599) => (request) => {
  const fault = faultOfClaim(request, server);
  if (fault) return json({ error: 'invalid_grant', error_description: fault }, { status: 400 });
  return json({ access_token: token, expires_in: lasts, token_type: 'Bearer' });
};
