import type { IDataObject } from 'n8n-workflow';

import type { Failure, Outcome } from '../transport/types';

interface ErrorFacts {
	/** What amoCRM or the connection to it answered; absent for a bad parameter. */
	failure?: Failure;
	/** Name of the parameter or field, as the form shows it. */
	field?: string;
	/** What to do, and what was written or not. */
	advice?: string;
	/** Details for the error item, such as amoCRM's own words. */
	details?: IDataObject;
	/** True when the item only suffers from another one's fault. */
	isCollateral?: true;
	/** True when the item may have been written, and would be twice if it were sent again. */
	mustNotRepeat?: true;
}

/** Everything that goes wrong above the transport. Thrown; caught for each item, or for the items of a run, in one place. */
export class AmoCrmError extends Error {
	override readonly name = 'AmoCrmError';

	constructor(
		message: string,
		readonly facts: ErrorFacts = {},
	) {
		super(message);
	}

	/** Whatever was thrown, in this form. */
	static of(error: unknown): AmoCrmError {
		if (error instanceof AmoCrmError) return error;
		const { message, description } = (error ?? {}) as { message?: unknown; description?: unknown };
		return new AmoCrmError(String(message ?? error), typeof description === 'string' ? { advice: description } : {});
	}

	/** Whatever was thrown about a parameter or field, with its name. */
	static at(field: string, error: unknown): AmoCrmError {
		const known = AmoCrmError.of(error);
		const { message, facts } = known;
		if (facts.field === field) return known;
		return new AmoCrmError(`'${field}': ${message}`, { ...facts, field });
	}

	/** What amoCRM or the connection to it answered. */
	static from(failure: Failure): AmoCrmError {
		return new AmoCrmError(failure.message, { failure, advice: failure.advice });
	}
}

/** What is read, or nothing where amoCRM does not give it. */
export async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
	return await reading.catch((error: unknown) => {
		if (!(error instanceof AmoCrmError)) throw error;
		return undefined;
	});
}

/** What the transport gave, or its failure thrown. */
export function orThrow<T>(outcome: Outcome<T>): { ok: true } & T {
	if (outcome.ok) return outcome;
	throw AmoCrmError.from(outcome.failure);
}
