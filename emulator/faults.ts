/** Fault plans: what should go wrong, on which requests, how many times. facts: core 3.9, extended 11 */

export type FaultAction =
	| { kind: 'status'; status: number; body?: unknown; html?: string; headers?: Record<string, string> }
	/**
	 * `before`: the change never happens; `after`: it happens, but the caller sees a cut connection; `during`: the connection
	 * is cut in the middle of what the request carries, or for GET in the middle of the answer.
	 */
	| { kind: 'reset'; when: 'before' | 'during' | 'after' }
	| { kind: 'delay'; ms: number }
	/** The answer arrives whole but slowly, in drips over `ms`. */
	| { kind: 'slow'; ms: number }
	/** A well-framed answer holding half of its JSON, or half of a file. */
	| { kind: 'truncate' };

export interface Fault {
	method?: string;
	/** Exact path, or a pattern. Omitted: every API and OAuth path. */
	path?: string | RegExp;
	/** How many matching requests it hits, 1 by default; Infinity for all. */
	times?: number;
	/** How many matching requests it lets through first. */
	skip?: number;
	action: FaultAction;
}

interface ActiveFault extends Fault {
	left: number;
	toSkip: number;
}

export class Faults {
	private active: ActiveFault[] = [];

	add(fault: Fault): void {
		this.active.push({ ...fault, left: fault.times ?? 1, toSkip: fault.skip ?? 0 });
	}

	clear(): void {
		this.active = [];
	}

	get size(): number {
		return this.active.length;
	}

	/** The actions due for this request; each plan counts the request once. */
	take(method: string, path: string): FaultAction[] {
		const due: FaultAction[] = [];
		for (const fault of this.active) {
			if (fault.method && fault.method.toUpperCase() !== method) continue;
			if (typeof fault.path === 'string' && fault.path !== path) continue;
			if (fault.path instanceof RegExp && !new RegExp(fault.path.source, fault.path.flags.replace(/[gy]/g, '')).test(path)) continue;
			if (fault.toSkip > 0) {
				fault.toSkip -= 1;
				continue;
			}
			fault.left -= 1;
			due.push(fault.action);
		}
		this.active = this.active.filter((fault) => fault.left > 0);
		return due;
	}
}
