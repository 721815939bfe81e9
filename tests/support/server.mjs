// A web server on this machine for the length of one test.
import { createServer } from 'node:http';

/**
 * Serves what `answers` has under each path: { status, type, body }, or a function that returns a promise of
 * that. Anything else is 404. Returns the address; the server ends with the test `t`.
 */
export async function serve(t, answers) {
  const server = createServer(async (request, response) => {
    const answer = answers[request.url] ?? { status: 404 };
    const { status = 200, type, body = '' } = answer instanceof Function ? await answer() : answer;
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
