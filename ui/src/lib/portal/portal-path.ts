/** What stands before the paths of the pages and of the API in a portal: `/portal/{link}`. Empty elsewhere. */
export function readBase(path: string): string {
  return /^\/portal\/[^/]+/.exec(path)?.[0] ?? '';
}
