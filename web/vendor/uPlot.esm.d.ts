/* Where the built site keeps its one dependency; the types are the package's own. */
export { default } from 'uplot';
