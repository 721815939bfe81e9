// `npm run soak`, in short.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from '../support/soak.mjs';

test('400 jobs, some aborted and some with their worker killed, end as they should', async () => {
  const { right, aborted, lost, killed, settled, wrong, left, grown } = await soak(400);
  assert.deepEqual(wrong, []);
  assert.equal(settled, 400);
  assert.equal(right + aborted + lost, 400);
  assert.ok(aborted > 0 && aborted <= 40, `${aborted} aborted`);
  assert.ok(killed === 4 && lost <= killed, `${lost} lost with ${killed} workers`);
  assert.equal(left, 0);
  // Their results together have more than 100 MB.
  assert.ok(grown.held < 20e6, `${grown.held} bytes more than after 100 jobs`);
});
