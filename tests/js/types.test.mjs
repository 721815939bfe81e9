// The types in projects of their own, which have the package as npm installs it: what the interface takes
// compiles, and everything else does not, whatever the project declares beside it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { root } from '../support/fixtures.mjs';

const require = createRequire(import.meta.url);

const folder = mkdtempSync(join(tmpdir(), 'crop64-types-'));
after(() => rmSync(folder, { recursive: true }));

const modules = join(folder, 'node_modules');
mkdirSync(join(modules, 'crop64/dist'), { recursive: true });
cpSync(join(root, 'package.json'), join(modules, 'crop64/package.json'));
const types = readdirSync(join(root, 'dist'), { recursive: true });
for (const name of types.filter((name) => name.endsWith('.d.ts'))) {
  cpSync(join(root, 'dist', name), join(modules, 'crop64/dist', name));
}
symlinkSync(join(root, 'node_modules/@types'), join(modules, '@types'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
const programs = ['everywhere.ts', 'browser.ts', 'node.ts'];
for (const name of programs) cpSync(join(root, 'tests/js/types', name), join(folder, name));

const { compilerOptions: base } = JSON.parse(
  readFileSync(join(root, 'tests/js/types/tsconfig.json'), 'utf8'),
);

let projects = 0;
function errorsOfTsc(files, compilerOptions) {
  projects += 1;
  const config = join(folder, `tsconfig.${projects}.json`);
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions: { ...base, ...compilerOptions }, files }),
  );
  const program = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, error } = spawnSync(process.execPath, [program, '-p', config], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(error, undefined);
  return stdout.trim();
}

// The releases that are JavaScript, as modules. Of the types of the DOM and of Node they need not look for
// faults: those are not ours, ours declare nothing global that could make one there, and the newest release
// looks through them in each project. It took most of the time. What one project has read of them serves
// the next.
function errorsOfModule(ts) {
  const sources = new Map();
  return (files, compilerOptions) => {
    const { options, fileNames, errors } = ts.parseJsonConfigFileContent(
      { compilerOptions: { ...base, ...compilerOptions }, files },
      ts.sys,
      folder,
    );
    const host = ts.createCompilerHost(options);
    host.getCurrentDirectory = () => folder;
    const read = host.getSourceFile;
    host.getSourceFile = (name, how, ...more) => {
      // What a file is parsed with besides is the same in all projects.
      const key = `${name} ${how.impliedNodeFormat}`;
      if (!sources.has(key)) sources.set(key, read(name, how, ...more));
      return sources.get(key);
    };
    const program = ts.createProgram({ rootNames: fileNames, options, host });
    const ours = program
      .getSourceFiles()
      .filter((file) => !/node_modules.(@types|typescript|undici-types)/.test(file.fileName));
    assert.ok(ours.length > files.length);
    const found = [
      ...errors,
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...ours.flatMap((file) => ts.getPreEmitDiagnostics(program, file)),
    ];
    return ts.formatDiagnostics(found, host).trim();
  };
}

const dom = ['es2022', 'dom', 'esnext.disposable'];
const none = ['es2022'];
const strict = { skipLibCheck: false, exactOptionalPropertyTypes: true };
const loose = { skipLibCheck: true, exactOptionalPropertyTypes: false };
const environments = {
  'the DOM': { lib: dom, types: [], ...strict },
  'the DOM and Node': { lib: dom, types: ['node'], ...strict },
  Node: { lib: none, types: ['node'], ...strict },
  'Node, loosely checked': { lib: none, types: ['node'], ...loose },
  'neither the DOM nor Node': { lib: none, types: [], ...strict },
};

for (const compiler of ['typescript-5.4', 'typescript-5.7', 'typescript']) {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules', compiler, 'package.json'), 'utf8'),
  );
  const errorsOf = compiler === 'typescript' ? errorsOfTsc : errorsOfModule(require(compiler));
  describe(`TypeScript ${version}`, () => {
    for (const [name, options] of Object.entries(environments)) {
      const files = programs.filter(
        (program) =>
          (program !== 'browser.ts' || options.lib === dom) &&
          (program !== 'node.ts' || options.types.length > 0),
      );
      test(`right calls compile and wrong ones do not, in a project of ${name}`, () => {
        assert.equal(errorsOf(files, options), '');
      });
    }
  });
}

test('the recipe for Cloudflare Workers compiles', () => {
  const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const pages = ['README.md', ...docs.map((name) => `docs/${name}`)];
  const texts = pages.map((page) => readFileSync(join(root, page), 'utf8'));
  const blocks = texts.flatMap((text) => Array.from(text.matchAll(/^```[jt]s\n([\s\S]*?)^```$/gm)));
  const recipes = blocks.map(([, code]) => code).filter((code) => code.includes("crop64.wasm';"));
  assert.notEqual(recipes.length, 0);
  for (const [i, code] of recipes.entries()) {
    const name = `recipe-${i}.js`;
    writeFileSync(join(folder, name), code);
    const options = { lib: dom, types: [], checkJs: true, noImplicitAny: false };
    assert.equal(errorsOfTsc([name], options), '');
  }
});
