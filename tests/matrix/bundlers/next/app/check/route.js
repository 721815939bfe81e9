import '../../src/index.js';

export async function POST(request) {
  const answer = await globalThis.check(...(await request.json())).then(
    (hash) => ({ hash }),
    ({ message }) => ({ message }),
  );
  return Response.json(answer);
}
