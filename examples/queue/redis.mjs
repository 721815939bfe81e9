// A Redis of one's own, in a temporary folder, for as long as it is needed.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives its address, and what stops it. */
export async function startRedis() {
  const folder = await mkdtemp(join(tmpdir(), 'crop64-redis-'));
  const port = String(await freePort());
  const only = ['--bind', '127.0.0.1', '--port', port, '--dir', folder];
  const server = spawn('redis-server', [...only, '--save', '', '--appendonly', 'yes']);
  const ended = new Promise((resolve) => server.once('close', resolve));
  const stop = async () => {
    server.kill();
    await ended;
    await rm(folder, { recursive: true });
  };
  let told = '';
  const ready = new Promise((resolve, reject) => {
    server.on('error', reject);
    server.stdout.setEncoding('utf8').on('data', (text) => {
      told += text;
      if (told.includes('Ready to accept connections')) resolve();
    });
    ended.then(() => reject(new Error(`Expected redis-server to start, but it said: ${told}`)));
  });
  try {
    await ready;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, stop };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
