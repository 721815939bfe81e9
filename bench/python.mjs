// A Python program that stays and answers: a line of JSON for a line of JSON.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ask, Failure } from '../scripts/setup/run.mjs';

// Debian's Python has Debian's packages, whichever Python comes first on the PATH.
export async function findPython() {
  for (const python of ['/usr/bin/python3', 'python3', 'python']) {
    if ((await ask(python, ['-c', 'import PIL, numpy'])) !== undefined) return python;
  }
  throw new Failure(
    'Expected a Python with Pillow and NumPy but found none: ' +
      "install them (Debian's packages are python3-pil and python3-numpy).",
  );
}

export async function startPython(script) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(await findPython(), [file], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Failure(`Expected ${script} to answer, but it ended (see above).`);
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}
