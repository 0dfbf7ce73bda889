/** What `make` gives for a key, made once; `known` keeps it, for as long as the key is there where it is a `WeakMap`. */
export function remembered<K, V>(make: (key: K) => V, known: { get: (key: K) => V | undefined; set: (key: K, value: V) => unknown } = new Map<K, V>()): (key: K) => V {
	return (key) => {
		const value = known.get(key) ?? make(key);
		known.set(key, value);
		return value;
	};
}
