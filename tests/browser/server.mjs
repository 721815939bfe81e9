// A static server for the browser's tests: a folder's files, and some answers that are wrong on
// purpose.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
};

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "connect-src 'self'; img-src 'self' data: blob:";

const pages = {
  '/blank.html': { body: '<!doctype html><meta charset="utf-8"><title>blank</title>' },
  '/strict.html': {
    body: '<!doctype html><meta charset="utf-8"><title>strict</title>',
    headers: { 'content-security-policy': policy },
  },
  '/page-instead-of.wasm': { body: '<!doctype html>not here', type: 'text/html' },
};

function answer(root, headers, request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const page = pages[pathname];
  if (page !== undefined) {
    response.writeHead(200, {
      'content-type': page.type ?? types['.html'],
      ...headers,
      ...page.headers,
    });
    response.end(page.body);
    return;
  }
  // The module as a server without a type for it would send it.
  const untyped = pathname === '/untyped/crop64.wasm';
  const file = join(root, normalize(untyped ? '/dist/crop64.wasm' : pathname));
  if (!existsSync(file) || !statSync(file).isFile()) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
    return;
  }
  const type = untyped ? 'application/octet-stream' : types[extname(file)];
  response.writeHead(200, {
    'content-type': type ?? 'application/octet-stream',
    // A worker has the policy that its file comes with, and not the page's.
    ...(extname(file) === '.js' && { 'content-security-policy': policy }),
    ...headers,
  });
  createReadStream(file).pipe(response);
}

// Serves a folder, each file with these headers, too; gives the server's address, the paths that were
// requested, and a way to close it.
export async function serve(root = repository, headers = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    answer(root, headers, request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, requests, close };
}
