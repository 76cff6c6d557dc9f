// The page for everyone: axe in both themes, small screens, zoom, reduced motion.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { start, violations } from './browser.mjs';

/** @type {Awaited<ReturnType<typeof start>>} */
let lab;
before(async () => { lab = await start(); });
after(() => lab.stop());

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing: ${theme}, ${width} pixels`, async () => {
      const { page } = await lab.open({ theme, width, height: width > 500 ? 800 : 844, touch: width < 500 });
      assert.deepEqual(await violations(page), []);
      if (width < 500) await page.click('#change > summary');
      await page.click('.open-drawer');
      await page.waitForTimeout(200);
      assert.deepEqual(await violations(page), [], 'with the drawer open');
      await page.keyboard.press('Escape');
      await page.click('#help');
      assert.deepEqual(await violations(page), [], 'with the help open');
    });
  }
  test(`axe finds nothing with tables, a refusal and notices: ${theme}`, async () => {
    const { page } = await lab.open({ theme, hash: '#tables=attention,loss,sink,residual,values,tokens,layers&x=1' });
    await page.fill('#strip [data-path="train.lr"] input', 'quick');
    await page.keyboard.press('Enter');
    await lab.drawn(page);
    assert.deepEqual(await violations(page), []);
  });
}

test('axe finds nothing with a slot, a prefix, a prompt, live settings, the preview and reasons open', async () => {
  const { page } = await lab.open({ theme: 'dark', width: 390, height: 900,
    hash: '#preset=R1&model.slot=kv_bias&data.objective=prefix&input=bos_prompt&prompt=abc' });
  await page.evaluate(() => window.sinklab.step(2));
  await page.waitForSelector('.map-slot');
  await page.evaluate(() => {
    document.getElementById('change').open = true;
    document.getElementById('live-open').click();
  });
  assert.deepEqual(await violations(page), []);
  await page.click('.open-drawer');
  await page.waitForSelector('#drawer .barred:not([hidden])');
  await page.evaluate(() => document.querySelectorAll('.preview, .barred:not([hidden])').forEach((one) => { one.open = true; }));
  await page.waitForSelector('.preview .document');
  assert.deepEqual(await violations(page), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'no wider than the screen');
});

test('nothing is wider than a small screen', async () => {
  for (const width of [390, 320]) {
    for (const hash of ['', '#preset=R2', '#tables=attention,loss,sink,residual,values,tokens,layers']) {
      const { page } = await lab.open({ width, height: 700, touch: true, hash });
      await page.click('#change > summary');
      await lab.drawn(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${width} ${hash}: ${wide} pixels too wide`);
    }
  }
});

test('what is touched is large enough', async () => {
  const { page } = await lab.open({ width: 390, height: 844, touch: true });
  await page.click('#change > summary');
  await lab.drawn(page);
  const small = await page.evaluate(() => [...document.querySelectorAll('button, select, input, summary')]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(({ one, box }) => `${one.tagName} ${one.id || one.textContent} ${Math.round(box.width)}×${Math.round(box.height)}`));
  assert.deepEqual(small, []);
});

test('the live region speaks at most every five seconds', async () => {
  const { page } = await lab.open();
  await page.evaluate(() => {
    window.heard = [];
    new MutationObserver(() => window.heard.push(performance.now())).observe(document.getElementById('live'), { childList: true, characterData: true, subtree: true });
  });
  await page.click('#train');
  await lab.until(page, 'done');
  const heard = await page.evaluate(() => window.heard);
  for (let i = 1; i < heard.length; i++) assert.ok(heard[i] - heard[i - 1] >= 4900, heard.join());
});

test('every button and field has a name, and focus can be seen', async () => {
  const { page } = await lab.open();
  const seen = new Set();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const style = getComputedStyle(one);
      return { name: one.getAttribute('aria-label') || one.textContent || one.labels?.[0]?.textContent || '', outline: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, tag: `${one.tagName}#${one.id}.${one.className}` };
    });
    if (!at) break;
    seen.add(at.tag);
    assert.ok(at.name.trim(), `${at.tag} has no name`);
    assert.ok(at.outline, `${at.tag} shows no focus`);
  }
  assert.ok(seen.size > 10);
});

test('the theme button goes through the system’s, light and dark', async () => {
  const { page } = await lab.open({ theme: 'light' });
  const paper = async () => {
    await lab.drawn(page);
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  };
  const auto = await paper();
  await page.click('#theme');
  assert.equal(await paper(), auto);
  await page.click('#theme');
  const dark = await paper();
  assert.notEqual(dark, auto);
  await lab.drawn(page);
  assert.equal(await page.evaluate(() => location.hash), '#theme=dark');
  await page.reload();
  await page.evaluate(() => window.sinklab.ready);
  assert.equal(await paper(), dark);
});
