import { isPosition } from '../../core/domain/filter/path.ts';
import { splitArray, splitObject } from '../body/split.ts';

/** The `data` of an event. */
export function dataOf(body: string): JsonNode {
  return new JsonNode(splitObject(body)!.get('data')!);
}

/** A value in a JSON text that `encodePhpJson` wrote. It is taken apart once, and only as far as paths lead. */
export class JsonNode {
  readonly text: string;
  private children: Map<string, JsonNode> | JsonNode[] | null | undefined;

  constructor(text: string) {
    this.text = text;
  }

  at(names: readonly string[]): JsonNode | undefined {
    return names.reduce<JsonNode | undefined>((node, name) => node?.child(name), this);
  }

  private child(name: string): JsonNode | undefined {
    this.children ??= this.split();
    if (Array.isArray(this.children)) return isPosition(name) ? this.children[Number(name)] : undefined;
    return this.children?.get(name);
  }

  private split(): Map<string, JsonNode> | JsonNode[] | null {
    const members = splitObject(this.text);
    if (members) return new Map([...members].map(([name, text]) => [name, new JsonNode(text)]));
    return splitArray(this.text)?.map((text) => new JsonNode(text)) ?? null;
  }
}
