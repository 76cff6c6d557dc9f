// Builds the static site into dist/ and checks its size: node web/tools/site.mjs
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync }
  from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import ts from 'typescript';

import { checkRegistry } from '../src/engine/registry.js';
import { loadEngine } from '../src/engine/wasm.js';

const KB = 1000;
const ENGINE_LIMIT = 85 * KB; // compressed
const PAGE_LIMIT = 300 * KB; // compressed, all that the page loads

const root = fileURLToPath(new URL('../..', import.meta.url));
const at = (...parts) => path.join(root, ...parts);
const dist = at('dist');

/** A step that cannot go on says which file and what to do. */
function stop(sentence) {
  console.error(`site: ${sentence}`);
  process.exit(1);
}

/** Files below a folder, as relative paths with slashes. */
function walk(folder, below = '') {
  const out = [];
  for (const entry of readdirSync(path.join(folder, below), { withFileTypes: true })) {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) out.push(...walk(folder, name));
    else out.push(name);
  }
  return out.sort();
}

function copyPage() {
  const leave = new Set(['tools', 'tsconfig.json']);
  for (const entry of readdirSync(at('web'))) {
    if (leave.has(entry) || entry.startsWith('.')) continue;
    cpSync(at('web', entry), path.join(dist, entry), {
      recursive: true,
      filter: (file) => !/\.d\.ts$|\.test\.m?js$/.test(file),
    });
  }
}

/** The modules without their comments, which are half of what they weigh; nothing else is changed. */
function leaveOutComments() {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, removeComments: true };
  for (const name of walk(path.join(dist, 'src')).filter((file) => file.endsWith('.js'))) {
    const file = path.join(dist, 'src', name);
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: name });
    writeFileSync(file, outputText);
  }
}

/** uPlot comes minified as a script only; a line at its end makes it a module. */
function copyVendor() {
  const from = at('node_modules', 'uplot', 'dist');
  if (!existsSync(from)) stop('node_modules/uplot is missing: run .ci/setup build.');
  mkdirSync(path.join(dist, 'vendor'), { recursive: true });
  const script = readFileSync(path.join(from, 'uPlot.iife.min.js'), 'utf8').trimEnd();
  if (!/^var uPlot=/m.test(script)) stop('uPlot.iife.min.js does not begin with "var uPlot=".');
  writeFileSync(path.join(dist, 'vendor', 'uPlot.esm.js'), `${script}\nexport default uPlot;\n`);
  cpSync(path.join(from, 'uPlot.min.css'), path.join(dist, 'vendor', 'uPlot.min.css'));
  cpSync(at('node_modules', 'uplot', 'LICENSE'), path.join(dist, 'vendor', 'uPlot.LICENSE.txt'));
}

function copyEngine() {
  const strict = at('build', 'wasm', 'sinklab.wasm');
  const fma = at('build', 'wasm-fma', 'sinklab-fma.wasm');
  if (!existsSync(strict)) stop('build/wasm/sinklab.wasm is missing: run make build.');
  copyOne(strict);
  if (!existsSync(fma)) return;
  copyOne(fma);
  const index = path.join(dist, 'index.html');
  const html = readFileSync(index, 'utf8');
  const said = html.replace('<meta name="engines" content="strict">', '<meta name="engines" content="strict fma">');
  if (said === html) stop('index.html has no place that says which engines there are.');
  writeFileSync(index, said);
}

/** Whether a WebAssembly file has a section of imports; read here, for an older Node cannot compile
 * the fma engine. */
function hasImports(bytes) {
  for (let at = 8; at < bytes.length;) {
    if (bytes[at++] === 2) return true;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      size += (bytes[at] & 127) * 2 ** shift;
      more = bytes[at++] > 127;
    }
    at += size;
  }
  return false;
}

function copyOne(engine) {
  if (hasImports(readFileSync(engine))) {
    stop(`${path.basename(engine)} imports something, but the page gives it nothing: ` +
      'the core must not print, exit or ask for the time.');
  }
  mkdirSync(path.join(dist, 'engine'), { recursive: true });
  cpSync(engine, path.join(dist, 'engine', path.basename(engine)));
}

/** What the engine's settings are called, which it does not carry; both must come from the same source. */
async function writeRegistry() {
  const cli = at('build', 'sinklab');
  const run = spawnSync(cli, ['registry', '--json'], { encoding: 'utf8', maxBuffer: 1e8 });
  if (run.status !== 0) stop(`build/sinklab cannot say what can be set (${run.error?.message ?? run.stderr}): run make build.`);
  const engine = await loadEngine(readFileSync(path.join(dist, 'engine', 'sinklab.wasm')));
  try {
    checkRegistry(JSON.parse(run.stdout), engine);
  } catch {
    stop('build/sinklab and the engine come from different sources: run make build.');
  }
  writeFileSync(path.join(dist, 'registry.json'), run.stdout);
}

function bundlePresets() {
  const folder = at('models', 'presets');
  const names = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.json')) : [];
  const presets = names
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((file) => {
      try {
        return { id: path.basename(file, '.json'), ...JSON.parse(readFileSync(path.join(folder, file), 'utf8')) };
      } catch (error) {
        return stop(`models/presets/${file} is not JSON: ${error.message}`);
      }
    });
  writeFileSync(path.join(dist, 'presets.json'), JSON.stringify(presets));
}

/** Trains what the page opens on; the same engine and presets give the same bits, so once is enough. */
function record() {
  const tool = at('web', 'tools', 'record.mjs');
  if (!existsSync(tool)) return;
  const hash = createHash('sha256');
  const engine = walk(at('web', 'src', 'engine')).map((file) => at('web', 'src', 'engine', file));
  for (const file of [tool, ...engine, path.join(dist, 'engine', 'sinklab.wasm'), path.join(dist, 'presets.json')]) {
    hash.update(readFileSync(file)).update('\0');
  }
  const key = hash.digest('hex');
  const kept = at('build', 'recorded');
  const made = path.join(dist, 'recorded');
  if (existsSync(path.join(kept, key))) {
    cpSync(path.join(kept, key), made, { recursive: true });
    return;
  }
  const run = spawnSync(process.execPath, [tool], { cwd: root, stdio: 'inherit' });
  if (run.status !== 0) stop('web/tools/record.mjs failed, so there are no recorded runs.');
  rmSync(kept, { recursive: true, force: true });
  if (existsSync(made)) cpSync(made, path.join(kept, key), { recursive: true });
}

/** Prints the sizes by part; returns compressed bytes of the engine and of what the page loads. */
function sizes() {
  const parts = new Map();
  let loaded = 0;
  const recorded = new Map(); // name of a run -> bytes
  let engine = 0;
  for (const file of walk(dist)) {
    const data = readFileSync(path.join(dist, file));
    const packed = gzipSync(data, { level: 9 }).length;
    const slash = file.split('/');
    const part = slash.length > 1 ? `${slash[0]}/` : file;
    const sum = parts.get(part) ?? { files: 0, raw: 0, packed: 0 };
    parts.set(part, { files: sum.files + 1, raw: sum.raw + data.length, packed: sum.packed + packed });
    // Of the engine files one is loaded; recorded runs one at a time, licences never.
    if (file.endsWith('.wasm')) engine = Math.max(engine, packed);
    else if (slash[0] === 'recorded') {
      const name = slash[slash.length - 1].replace(/\..*$/, '');
      recorded.set(name, (recorded.get(name) ?? 0) + packed);
    } else if (!file.endsWith('.txt')) loaded += packed;
  }
  const row = (name, files, raw, packed) =>
    console.log(name.padEnd(24) + String(files).padStart(6) +
      (raw / KB).toFixed(1).padStart(10) + (packed / KB).toFixed(1).padStart(10));
  console.log('dist/'.padEnd(24) + 'files'.padStart(6) + 'KB'.padStart(10) + 'gzip KB'.padStart(10));
  let files = 0;
  let raw = 0;
  let packed = 0;
  for (const [name, sum] of parts) {
    row(name, sum.files, sum.raw, sum.packed);
    files += sum.files;
    raw += sum.raw;
    packed += sum.packed;
  }
  row('in all', files, raw, packed);
  return { engine, loaded: loaded + engine + Math.max(0, ...recorded.values()) };
}

const started = Date.now();
if (!existsSync(at('web', 'index.html'))) stop('web/index.html is missing.');
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
copyPage();
leaveOutComments();
copyVendor();
copyEngine();
await writeRegistry();
bundlePresets();
record();
const { engine, loaded } = sizes();
console.log(`engine ${(engine / KB).toFixed(1)} KB of ${ENGINE_LIMIT / KB} KB compressed, the page loads ` +
  `${(loaded / KB).toFixed(1)} KB of ${PAGE_LIMIT / KB} KB; ` +
  `built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
if (engine > ENGINE_LIMIT) stop(`the engine is over ${ENGINE_LIMIT / KB} KB compressed.`);
if (loaded > PAGE_LIMIT) stop(`the page loads over ${PAGE_LIMIT / KB} KB compressed.`);
