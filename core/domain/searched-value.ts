/** Characters of a value by which an event is found. Longer ones are not indexed. */
export const LONGEST_VALUE = 255;
