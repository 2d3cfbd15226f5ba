// Freezes the header of today as a released minor of the plugin ABI: docs/abi.md says when.
//   node tests/abi/release.mjs
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { headerIn, layoutOf, placesIn, versionOf } from './header.mjs';

const places = placesIn(fileURLToPath(new URL('../..', import.meta.url)));
const version = versionOf(places.today);
const directory = path.join(places.released, version);
if (existsSync(directory)) {
  console.error(`plugin ABI ${version} is released already; what was released is never changed`);
  process.exit(1);
}
mkdirSync(path.join(directory, 'sluice'), { recursive: true });
copyFileSync(headerIn(places.today), headerIn(directory));
writeFileSync(path.join(directory, 'layout.c'), layoutOf(directory));
console.log(`released: ${directory}`);
