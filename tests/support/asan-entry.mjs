// Node with `--import` of this file runs a test on the module of build/wasm-asan, which has
// AddressSanitizer: what imports the library's files gets those beside that module.
import { register } from 'node:module';

const hooks = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const url = found.url
    .replace(/\\/dist\\/index\\.js$/, '/build/wasm-asan/js/index.js')
    .replace(/\\/dist\\/crop64\\.wasm$/, '/build/wasm-asan/js/wasm/crop64.wasm')
    .replace('/build/js/', '/build/wasm-asan/js/');
  return { ...found, url };
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
