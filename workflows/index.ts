export { deliver } from './deliver.ts';
export { maintain } from './maintain.ts';
export { recover } from './recover.ts';
