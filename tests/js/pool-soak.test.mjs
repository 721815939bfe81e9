// `npm run soak`, in short.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../support/soak.mjs';

test('400 jobs, some aborted or with a killed worker, settle correctly', async () => {
  const { right, aborted, lost, killed, wrong, left, warm, end } = await soak(400);
  assert.deepEqual(wrong, []);
  assert.equal(right + aborted + lost, 400);
  assert.ok(aborted > 0 && aborted <= 40, `${aborted} aborted`);
  assert.ok(killed === 4 && lost <= killed, `${lost} lost with ${killed} workers`);
  assert.equal(left, 0);
  // Their results together have more than 100 MB.
  const grown = end.held - warm.held;
  assert.ok(grown < 20e6, `${grown} bytes more than after 100 jobs`);
});
