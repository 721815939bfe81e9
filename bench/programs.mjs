// Programs in other languages that stay and answer: a line of JSON for each line.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ask, Failure, root, run, step } from '../scripts/setup/run.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

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

/** A Python script of this folder; its requests are JSON. */
export async function startPython(script) {
  const program = startProgram(await findPython(), [here(script)]);
  return { ...program, ask: (request) => program.ask(JSON.stringify(request)) };
}

/** native/limit.c, compiled here; its requests are words. */
export async function startNative() {
  const folder = join(root, 'build/bench/native');
  const program = join(folder, 'limit');
  const libjpeg = join(root, 'build/sources/libjpeg-turbo/src');
  mkdirSync(folder, { recursive: true });
  // jpegtran's own source asks for it but needs no more of it than this.
  writeFileSync(join(folder, 'jconfigint.h'), '#define INLINE inline\n');
  const include = ['-I', folder, '-iquote', libjpeg];
  const sources = [here('native/limit.c'), join(libjpeg, 'transupp.c')];
  await step('Compiling native/limit.c', () =>
    run('cc', ['-O3', ...include, ...sources, '-o', program, '-ljpeg', '-lpng']),
  );
  return startProgram(program, []);
}

function startProgram(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${request}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Failure(`Expected ${command} to answer, but it ended (see above).`);
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}
