// The upstream emulator @copilotkit/aimock. For binary event streams, which nothing here uses, it
// wants a function that Node has since 20.15; with an older Node that function says so.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('node:zlib').crc32 ??= () => {
  throw new Error('binary event streams need Node 20.15');
};
const { LLMock } = require('@copilotkit/aimock');

/** An emulator on a free port; `baseUrl` is what a provider is configured with. */
export async function startAimock(stage) {
  const mock = stage.keep(new LLMock({ port: 0 }));
  return { mock, baseUrl: `${await mock.start()}/v1` };
}
