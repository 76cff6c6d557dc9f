/** What the context and the number of layers that a model was trained with do to its sink: both make it
 * stronger in large models (Barbero et al. 2025, arXiv 2504.02732). R2 at contexts of 32 to 256 tokens with
 * as many tokens a step, and of 1 to 4 layers; as the preset is otherwise, but for half its steps, with the
 * warm-up halved too. All are measured over the first 32 tokens of a window, which all have. Half an hour of
 * one processor. */
import { measures, runsOf, short } from '../runs.mjs';
import { median } from '../sample.mjs';

const SEEDS = [1, 2, 3, 4];
const TOKENS = 4096; // a step, as in the preset
const USUAL = { context: 128, layers: 2 };
const SETTINGS = [
  ...[32, 64, 128, 256].map((context) => ({ ...USUAL, context })),
  ...[1, 4].map((layers) => ({ ...USUAL, layers })),
];
const STEPS = 1000;

/** @param {{context: number, layers: number}} one */
const settingsOf = ({ context, layers }) => ({
  'data.context': context, 'train.batch': TOKENS / context, 'model.layers': layers,
  'train.steps': STEPS, 'train.warmup': 50,
  'eval.tokens': Math.min(...SETTINGS.map((one) => one.context)), 'eval.every': STEPS / 4,
});

/** @param {import('../runs.mjs').How} how */
export async function depth(how) {
  const wanted = SEEDS.flatMap((seed) => SETTINGS.map((setting) => ({
    setting, preset: 'R2', seed, set: settingsOf(setting), name: `context${setting.context}-layers${setting.layers}-${seed}`,
  })));
  const { good, bad } = await runsOf(wanted, 'depth', how);
  const lines = SETTINGS.flatMap((setting) => {
    const mine = good.filter((one) => one.setting === setting);
    if (!mine.length) return [];
    return [['sink', 'Sink_1, packed'], ['alpha_top', 'alpha of the highest head']].map(([measure, what]) => {
      const values = mine.map((one) => measures[measure](one.run.metrics.at(-1)));
      return {
        what: `context ${setting.context}, layers ${setting.layers}: ${what} (of seeds ${values.map(short).join(', ')})`,
        value: short(median(values)), number: median(values), values,
      };
    });
  });
  return { lines, more: bad, data: good.map(({ name, file }) => ({ name, file })) };
}
