/** Files out of and into the page. */

/** @param {string} name @param {BlobPart} content @param {string} type */
export function download(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** @param {string} name @param {HTMLCanvasElement} canvas */
export function downloadPicture(name, canvas) {
  canvas.toBlob((blob) => {
    if (blob) download(name, blob, 'image/png');
  }, 'image/png');
}

/** @param {Array<string | number>} row */
function line(row) {
  return row.map((cell) => {
    const text = String(cell);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }).join(',');
}

/** @param {string[]} columns @param {Array<Array<string | number>>} rows @returns {string} RFC 4180 */
export function csv(columns, rows) {
  return [columns, ...rows].map(line).join('\r\n') + '\r\n';
}

/** @param {string} accept @param {boolean} [several] @returns {Promise<File[]>} */
export function chooseFiles(accept, several = false) {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = several;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
