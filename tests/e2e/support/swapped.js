// The plugin that is built in versions: host/plugins/testing/swapped.cpp.
import path from 'node:path';
import { pluginDirectory } from './sluice.js';

/** Where its builds are, swapped_1.so and swapped_2.so. */
export const builds = path.resolve(pluginDirectory, '../host/plugins/testing/plugins');
