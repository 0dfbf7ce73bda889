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

export class Links {
	private readonly byEnd = new Map<string, Map<string, Link>>();

	listener: (() => void) | undefined;

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
		this.listener?.();
	}

	remove(from: LinkEnd, to: LinkEnd): boolean {
		const had = this.byEnd.get(keyOf(from))?.delete(keyOf(to)) ?? false;
		this.byEnd.get(keyOf(to))?.delete(keyOf(from));
		if (had) this.listener?.();
		return had;
	}

	clear(): void {
		this.byEnd.clear();
		this.listener?.();
	}

	/** Each link once, for persistence. */
	all(): Link[] {
		const out: Link[] = [];
		for (const [key, links] of this.byEnd) {
			for (const link of links.values()) if (key <= keyOf(link.to)) out.push(link);
		}
		return out;
	}

	private store(link: Link): void {
		const key = keyOf(link.from);
		const links = this.byEnd.get(key) ?? new Map<string, Link>();
		links.set(keyOf(link.to), link);
		this.byEnd.set(key, links);
	}
}
