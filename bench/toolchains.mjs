// Times builds of crop64 beside one another (scripts/test-toolchains.mjs).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/setup/run.mjs';

const rounds = 11;
const middle = { left: 1616, top: 1212, width: 800, height: 600 };

/**
 * Takes imported builds by name, the reference first. Gives a row for each job: its title, and for each build the
 * median processor time divided by the reference's. The builds take turns in one process, job by job.
 */
export async function time(builds) {
  const [reference] = Object.values(builds);
  const jobs = await makeJobs(reference);
  const rows = [];
  for (const [title, job] of Object.entries(jobs)) {
    const times = Object.values(builds).map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [i, build] of Object.values(builds).entries()) {
        const started = process.cpuUsage();
        await job(build);
        times[i].push(process.cpuUsage(started).user);
      }
    }
    // The engine compiles hot code in the first rounds.
    const medians = times.map((all) => median(all.slice(3)));
    rows.push([title, ...medians.map((time) => (time / medians[0]).toFixed(2))]);
  }
  return rows;
}

async function makeJobs({ decode, toBytes }) {
  const photo = readFileSync(join(root, 'build/photos/2004default.jpg'));
  const large = { resize: { width: 4032, height: 3024 } };
  const jpeg = await toBytes(photo, { ...large, format: 'jpeg', quality: 90 });
  const png = await toBytes(jpeg, { format: 'png' });
  const small = await toBytes(jpeg, { resize: { width: 1080, height: 1920 }, format: 'png' });
  const samples = await decode(jpeg, { channels: 'RGB' });
  const crop = await decode(jpeg, { crop: middle, channels: 'RGB' });
  return {
    'crop JPEG 12 MP': (build) => build.toBytes(jpeg, { crop: middle }),
    'crop PNG 1080 x 1920': (build) =>
      build.toBytes(small, { crop: { left: 340, top: 160, width: 684, height: 490 } }),
    'crop PNG 12 MP': (build) => build.toBytes(png, { crop: middle }),
    '12 MP to 1600 x 1200': (build) =>
      build.toBytes(jpeg, { resize: { width: 1600, height: 1200 } }),
    'decode JPEG 12 MP': (build) => build.decode(jpeg),
    'encode JPEG 12 MP': (build) => build.toBytes(samples, { format: 'jpeg' }),
    'encode PNG 800 x 600': (build) => build.toBytes(crop, { format: 'png' }),
  };
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
