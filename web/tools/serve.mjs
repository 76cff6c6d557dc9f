// A static server for dist/ on this machine only: node web/tools/serve.mjs [folder] [--check]
// PORT chooses the port (8765); --check only says whether the port is free.
import { createServer } from 'node:http';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};
const plain = new Set(['.png', '.ico', '.gz']); // compressed already

/** The file that a request's path means, or null. Nothing outside the folder, no hidden files. */
async function locate(folder, url) {
  let name;
  try {
    name = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.split(/[/\\]/).some((part) => part.startsWith('.'))) return null;
  let file = path.join(folder, name);
  try {
    if ((await stat(file)).isDirectory()) file = path.join(file, 'index.html');
    const real = await realpath(file);
    const base = await realpath(folder);
    return real.startsWith(base + path.sep) && (await stat(real)).isFile() ? real : null;
  } catch {
    return null;
  }
}

/** An HTTP server over a folder; not yet listening. */
export function makeServer(folder) {
  const packed = new Map(); // file -> {stamp, data}
  return createServer(async (request, response) => {
    const say = (code, sentence) => {
      response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : sentence + '\n');
    };
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('allow', 'GET, HEAD');
        return say(405, 'Only GET and HEAD are answered here.');
      }
      const file = await locate(folder, request.url ?? '/');
      if (!file) return say(404, 'There is no such file.');
      const info = await stat(file);
      const stamp = `"${info.size.toString(16)}-${Math.round(info.mtimeMs).toString(16)}"`;
      const extension = path.extname(file);
      const headers = {
        'content-type': types[extension] ?? 'application/octet-stream',
        'cache-control': 'no-cache',
        'x-content-type-options': 'nosniff',
        // The page is isolated, so that its workers may share memory; it works without these as well.
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'cross-origin',
        vary: 'accept-encoding',
        etag: stamp,
      };
      if (request.headers['if-none-match'] === stamp) {
        response.writeHead(304, headers);
        return response.end();
      }
      let data = await readFile(file);
      const wanted = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      if (wanted && !plain.has(extension) && data.length > 512) {
        let entry = packed.get(file);
        if (entry?.stamp !== stamp) {
          entry = { stamp, data: await promisify(gzip)(data, { level: 9 }) };
          packed.set(file, entry);
        }
        data = entry.data;
        headers['content-encoding'] = 'gzip';
      }
      headers['content-length'] = data.length;
      response.writeHead(200, headers);
      response.end(request.method === 'HEAD' ? undefined : data);
    } catch {
      if (!response.headersSent) say(500, 'The file could not be read.');
      else response.destroy();
    }
  });
}

/** Listens on this machine's own address; resolves to the port. */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(server.address().port);
    });
  });
}

async function main() {
  const args = process.argv.slice(2);
  const text = process.env.PORT || '8765';
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    console.error(`PORT=${text} is not a port: use a number from 1 to 65535, for example PORT=8766.`);
    process.exit(1);
  }
  const folder = path.resolve(root, args.find((a) => !a.startsWith('-')) ?? 'dist');
  const server = makeServer(folder);
  try {
    const got = await listen(server, port);
    if (args.includes('--check')) {
      server.close();
      return;
    }
    console.log(`Sinklab is at http://localhost:${got}/ (Ctrl-C stops it)`);
  } catch (error) {
    const why = {
      EADDRINUSE: `Port ${port} is already in use: choose another one, for example PORT=${port + 1} make demo.`,
      EACCES: `Port ${port} may not be used by this account: choose one above 1023, for example PORT=8765.`,
    }[error.code];
    console.error(why ?? `The server could not start on port ${port}: ${error.message}`);
    process.exit(1);
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
