// Certificates made on the spot, each its own authority.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A certificate for `names` ("DNS:localhost", "IP:127.0.0.1"): {key, cert, keyFile, certFile}. */
export function makeCertificate(stage, names = ['DNS:localhost', 'IP:127.0.0.1']) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-e2e-tls-'));
  const keyFile = path.join(directory, 'key.pem');
  const certFile = path.join(directory, 'cert.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const about = ['-subj', '/CN=sluice test', '-addext', `subjectAltName=${names.join(',')}`];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...curve, ...files, ...about], {
    stdio: 'pipe',
  });
  stage.keep(directory, () => rmSync(directory, { recursive: true, force: true }));
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), keyFile, certFile };
}
