// Several files as documents, and the preview of the data, on the page.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { start } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab?.stop());

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
const story = (who) => `${who} went to the wood and found a stone. `.repeat(60);

test('several files are documents of one text; what is no text is named; a preview shows what is read', async () => {
  const { page, complaints } = await lab.open({ hash: '#preset=R2' });
  await page.click('.open-drawer');
  const choose = async (files) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Choose files' }).click()]);
    assert.ok(chooser.isMultiple());
    await chooser.setFiles(files);
  };
  await choose([file('good.txt', story('Anna')), { ...file('bad.txt', ''), buffer: Buffer.from([0x66, 0xff]) }]);
  await page.waitForFunction(() => /bad.txt is no text/.test(document.getElementById('own-text-refusal').textContent));
  await choose([file('b.txt', story('Bert')), file('a.txt', story('Anna'))]);
  await page.waitForFunction(() => /2 files \(a\.txt, b\.txt\)/.test(document.querySelector('.own-text').textContent));
  await page.waitForFunction(() => /^(BOS)?[abdefhnorstuwABt␣.]+$/.test(document.querySelector('.strip').textContent));
  await page.locator('.preview summary').click();
  await page.waitForFunction(() => document.querySelectorAll('.preview .document').length === 4);
  const documents = await page.locator('.preview .document').allTextContents();
  assert.ok(documents.some((one) => /^Anna went/.test(one)) || documents.some((one) => /^Bert went/.test(one)), documents[0]);
  const guess = await page.locator('.preview .facts').textContent();
  assert.match(guess, /even guess\d.*unigram\d.*bigram\d/);
  const words = await page.locator('.preview [role=status]').textContent();
  await page.selectOption('#drawer [data-path="data.corpus"] select', 'dyck');
  await page.waitForFunction((old) => document.querySelector('.preview [role=status]').textContent !== old, words);
  assert.deepEqual(complaints, []);
});
