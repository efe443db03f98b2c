/** A list of named things; the registry knows nothing of who registers. Duplicate ids throw. */
export class Registry<T extends { readonly id: string }> {
  readonly #items = new Map<string, T>();

  register(item: T): void {
    if (this.#items.has(item.id)) throw new Error(`already registered: ${item.id}`);
    this.#items.set(item.id, item);
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  all(): readonly T[] {
    return [...this.#items.values()];
  }
}
