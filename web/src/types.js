/**
 * The shapes that travel between engine and page. Types only: nothing here runs.
 *
 * @typedef {number | string | boolean | null | JsonArray | {[key: string]: any}} Json
 * @typedef {Array<any>} JsonArray
 * @typedef {{[key: string]: any}} Config
 *
 * @typedef {{id: string, label: string, help?: string}} Option
 * @typedef {{
 *   key: string, label: string, help: string, unit?: string,
 *   type: 'int' | 'real' | 'bool' | 'choice' | 'string' | 'seed' | 'family' | 'section',
 *   scale?: 'linear' | 'log' | 'power2', live?: boolean, default?: any, min?: number, max?: number,
 *   options?: Option[], family?: string,
 *   section?: {id: string, label: string, help?: string, params: Param[]}
 * }} Param
 * @typedef {{id: string, label: string, help: string, paper?: string, params?: Param[]}} Row
 * @typedef {{id: string, label: string, help: string, rows: Row[]}} Family
 * @typedef {{id: string, label: string, help?: string, paper?: string, kind: string, shape?: string[],
 *   names?: string[], over?: string, needs?: string, passes?: boolean}} ProbeInfo  names: of the places on
 *   the last axis that is a plain length; over: the probe that this is the theory of; needs: tensors that it reads; passes: it runs passes of its own
 * @typedef {{
 *   abi: number, hash: string, config: {id: string, params: Param[]},
 *   families: {[id: string]: Family}, inputs: Option[], probes: ProbeInfo[]
 * }} Registry
 *
 * @typedef {{id: string, name: string, note: string, config: Config}} Preset
 * @typedef {number | 'nan' | 'inf' | '-inf'} Num  non-finite numbers travel as words
 * @typedef {{dim: number, value: Num}} Spike
 * @typedef {{
 *   step: number, train_loss: Num, valid_loss: Num,
 *   sink_rate: Num[], sink_rate_head: Num[][], alpha: Num[][], value_ratio: Num[][], resting: Num[][],
 *   norm_ratio: Num[], max_over_median: Num[], spiked?: Spike[][],
 *   sink_rate_slot?: Num[], alpha_slot?: Num[][],
 *   eval?: {[input: string]: {loss: Num, sink_rate: Num[]}}
 * }} Metric
 *
 * @typedef {{data: Float32Array, shape: number[]}} Probe
 * @typedef {{step: number, probes: {[id: string]: Probe}, tokens: Int32Array, documents: Int32Array,
 *   input?: number, prefix?: number, epsilon?: number, padding?: number,
 *   refused?: {[id: string]: string}, id?: number}} Frame  input: its place in the registry; prefix: tokens at
 *   the front that all see each other; epsilon: sink threshold it was measured with, 0: the run's; padding: tokens that were left out behind; id: a number of this copy
 * @typedef {{vocabulary: string[], bos?: number, eos?: number,
 *   baselines: {uniform?: number, unigram?: number, bigram?: number}}} DataInfo
 * @typedef {{bytes?: number, parameters?: number, flops_per_step?: number, tokens_per_step?: number,
 *   memory?: number, vocabulary?: number}} Estimate
 * @typedef {{step: number, verdict: string, lines: Array<{about: string, text: string}>,
 *   births: Array<{step: number, what: string, layer: number, head?: number, text: string}>}} Report  of the
 *   evaluation at this step
 * @typedef {{code?: string, path?: string, offset?: number, message: string}} Refusal
 * @typedef {{step: number, path: string, value: number}} Change  of a live setting: it acts behind this step
 * @typedef {'empty' | 'ready' | 'running' | 'paused' | 'done' | 'diverged' | 'failed'} Status
 *
 * @typedef {{
 *   source: 'recorded' | 'live', config: Config | null, data: DataInfo | null,
 *   estimate: Estimate | null, status: Status, step: number, steps: number, rate: number,
 *   losses: Array<[number, number]>, metrics: Metric[], changes: Change[], opened: number,
 *   diverged: {step: number, tensor: string} | null,
 *   arithmetic: '' | 'strict' | 'fma' | 'mixed'
 * }} Run
 *
 * @typedef {{scale: 'linear' | 'log', theme: 'auto' | 'light' | 'dark', head: string,
 *   arithmetic: 'auto' | 'strict' | 'fma',
 *   tables: string[], more: string[], input: string, window: number, prompt: string,
 *   why: boolean, pace: string[], epsilon: number}} View
 *   more: the open measurements without a panel of their own; input: what the panels look at, '' for the
 *   window of training; why: the report is open; pace: of open
 *   measurements with another than the usual one, "kurtosis.eval"; epsilon: sink threshold of what is measured for looking at, 0: the run's
 * @typedef {{preset: string, seed: string, overrides: {[path: string]: Json}, view: View}} Wanted
 */
export {};
