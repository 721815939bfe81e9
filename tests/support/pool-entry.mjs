// Node with `--import` of this file runs a test of crop64 as one of crop64/pool: what imports the one
// gets the other.
import { register } from 'node:module';

const hooks = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const isEntry = found.url.endsWith('/dist/index.js') && context.parentURL?.includes('/tests/');
  return isEntry ? { ...found, url: new URL('pool.js', found.url).href } : found;
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
