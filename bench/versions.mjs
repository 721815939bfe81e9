import { readFileSync } from 'node:fs';

/** The version that a package.json, named from here, tells. */
export const versionIn = (file) =>
  JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')).version;
