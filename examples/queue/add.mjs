// Adds the jobs of a JSON file, an array of them: `node add.mjs jobs.json`. Paths are relative to that
// file, and whole in the queue: every machine has to have the same folders under the same names.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { addJobs, openQueue } from './queue.mjs';

export async function readJobs(path) {
  const jobs = JSON.parse(await readFile(path, 'utf8'));
  const inFull = (name) => resolve(dirname(path), name);
  return jobs.map(({ source, destination, ...options }) => ({
    source: URL.canParse(source) ? source : inFull(source),
    destination: inFull(destination),
    ...options,
  }));
}

if (import.meta.filename === process.argv[1]) {
  const queue = openQueue();
  const added = await addJobs(queue, await readJobs(process.argv[2] ?? 'jobs.json'));
  console.log(`${added.length} jobs are in the queue`);
  await queue.close();
}
