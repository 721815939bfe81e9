// What the workers and those who add jobs have in common: where the queue is, and what a job is.
//
// A job is crop64's options as plain JSON, with a `source` (a path or a URL) and a `destination` (a
// path): { source: 'photo.jpg', destination: 'small/photo.jpg', resize: { width: 800 } }.
import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';

export const QUEUE = 'crop64';
export const connection = { url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' };

// A source that may be there in a moment is tried again: after one second, after two more.
const defaultJobOptions = { attempts: 3, backoff: { type: 'exponential', delay: 1000 } };

export function openQueue() {
  return new Queue(QUEUE, { connection, defaultJobOptions });
}

// Its content is its id: the queue takes a job that it has already for the one that it has.
export function idOf(data) {
  return createHash('sha256').update(JSON.stringify(data)).digest('hex');
}

// Adds jobs, all or none of them.
export function addJobs(queue, jobs) {
  return queue.addBulk(jobs.map((data) => ({ name: 'crop', data, opts: { jobId: idOf(data) } })));
}
