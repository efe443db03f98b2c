/** A number or string that must not be mixed up with another of the same primitive type. The cast is the only constructor. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };
