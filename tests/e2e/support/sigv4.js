// Verifies AWS Signature Version 4 as the service does it: from the request as it came, and the
// secret that it knows.
import { createHash, createHmac } from 'node:crypto';

const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

const encode = (text) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const c = String.fromCharCode(byte);
      const hex = byte.toString(16).toUpperCase().padStart(2, '0');
      return /[A-Za-z0-9\-._~]/.test(c) ? c : `%${hex}`;
    })
    .join('');

/** What is wrong with the signature of a recorded request; undefined if nothing is. */
export function faultOfSignature(request, { id, secret, token, service, region }) {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const given = form.exec(request.headers.authorization ?? '');
  if (!given) return `authorization: ${request.headers.authorization}`;
  const [, credential, names, signature] = given;
  const time = request.headers['x-amz-date'] ?? '';
  if (!/^\d{8}T\d{6}Z$/.test(time)) return `x-amz-date: ${time}`;
  const iso = time.replace(/(....)(..)(..T..)(..)(..)/, '$1-$2-$3:$4:$5');
  if (Math.abs(Date.parse(iso) - Date.now()) > 300_000) return `the time is wrong: ${time}`;
  const place = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  if (credential !== `${id}/${place}`) return `credential: ${credential}`;
  if (request.headers['x-amz-security-token'] !== token) return 'the session token is wrong';
  const signed = names.split(';');
  if (signed.join() !== [...signed].sort().join()) return `names not sorted: ${names}`;
  for (const name of Object.keys(request.headers)) {
    const must = name === 'host' || name === 'content-type' || name.startsWith('x-amz-');
    if (must && !signed.includes(name)) return `${name} is not signed`;
  }
  const [path, query = ''] = request.path.split('?');
  const pairs = new URLSearchParams(query);
  const canonical = [
    request.method,
    path.split('/').map(encode).join('/'),
    [...pairs]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...signed.map((name) => `${name}:${request.headers[name]}`),
    '',
    names,
    hash(request.body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, place, hash(canonical)].join('\n');
  const key = place.split('/').reduce(hmac, `AWS4${secret}`);
  const right = hmac(key, text).toString('hex');
  return right === signature ? undefined : `the signature should be ${right}:\n${canonical}`;
}
