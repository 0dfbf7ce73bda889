/** Links between entities, readable from both ends. facts: core 11 */

export type LinkableType = 'leads' | 'contacts' | 'companies' | 'customers' | 'catalog_elements';

export interface LinkEnd {
	type: LinkableType;
	id: number;
}

export interface Link {
	from: LinkEnd;
	to: LinkEnd;
	/** contacts: the main contact of this lead, company or customer */
	isMain: boolean;
	quantity?: number;
	catalogId?: number;
	priceId?: number;
}

const keyOf = (end: LinkEnd) => `${end.type}:${end.id}`;
const sharedKey = (from: LinkEnd, to: LinkEnd) => [keyOf(from), keyOf(to)].sort().join(' ');

export class Links {
	private readonly byEnd = new Map<string, Map<string, Link>>();

	/** Told every link that was put or (undefined) removed, by a key that both directions share. */
	listener: ((key: string, link: Link | undefined) => void) | undefined;

	/** Links of one end, seen from it: `from` is always the end asked for. */
	of(end: LinkEnd, toType?: LinkableType): Link[] {
		const links = [...(this.byEnd.get(keyOf(end))?.values() ?? [])];
		return toType ? links.filter((link) => link.to.type === toType) : links;
	}

	between(from: LinkEnd, to: LinkEnd): Link | undefined {
		return this.byEnd.get(keyOf(from))?.get(keyOf(to));
	}

	put(link: Link): void {
		this.store(link);
		this.store({ ...link, from: link.to, to: link.from });
		this.listener?.(sharedKey(link.from, link.to), link);
	}

	remove(from: LinkEnd, to: LinkEnd): boolean {
		const had = this.byEnd.get(keyOf(from))?.delete(keyOf(to)) ?? false;
		this.byEnd.get(keyOf(to))?.delete(keyOf(from));
		if (had) this.listener?.(sharedKey(from, to), undefined);
		return had;
	}

	clear(): void {
		const ends = [...this.byEnd.values()].flatMap((links) => [...links.values()]);
		for (const { from, to } of ends) this.remove(from, to);
	}

	private store(link: Link): void {
		const key = keyOf(link.from);
		const links = this.byEnd.get(key) ?? new Map<string, Link>();
		links.set(keyOf(link.to), link);
		this.byEnd.set(key, links);
	}
}
