import { test } from 'node:test';
import { root } from '../support/fixtures.mjs';
import { tool } from '../support/oracle.mjs';

test('the types allow what the interface takes, and nothing else', () => {
  tool(`${root}/node_modules/.bin/tsc`, ['-p', `${root}/tests/js/tsconfig.json`]);
});
