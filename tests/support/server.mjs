// A web server on this machine for the length of one test.
import { createServer } from 'node:http';

/**
 * Serves what `answers` has under each path: { status, type, body }. Anything else is 404. Gives the
 * address; the server ends with the test `t`.
 */
export async function serve(t, answers) {
  const server = createServer((request, response) => {
    const { status = 200, type, body = '' } = answers[request.url] ?? { status: 404 };
    response.writeHead(status, type === undefined ? {} : { 'content-type': type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${server.address().port}/`);
}
