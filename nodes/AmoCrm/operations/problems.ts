import type { IDataObject } from 'n8n-workflow';

import type { FieldDefinition } from '../fields/dictionaries';
import { plainName } from '../fields/fields';
import type { RowOutcome } from '../transport/batches';
import type { Failure, FieldProblem } from '../transport/types';
import type { Entity, ItemProblem } from './types';

/** A parameter of this item is wrong: nothing was sent for it. */
export function parameterProblem(error: unknown): ItemProblem {
	return {
		message: (error as Error).message,
		description: (error as { description?: string }).description ?? 'Nothing was sent to amoCRM for this item.',
	};
}

export function requestProblem(failure: Failure): ItemProblem {
	return { message: failure.message, description: failure.advice, failure };
}

export function notFoundProblem(entity: Entity, id: number): ItemProblem {
	return {
		message: `${entity.displayName} ${id} was not found`,
		description: 'Check the ID. A deleted record is not found either, and nor is one that the connected user may not see.',
		failure: {
			kind: 'notFound',
			status: 404,
			message: 'not found',
			advice: '',
			outcomeUnknown: false,
		},
	};
}

/** What a row that was not written comes out as. `body` is what was sent for it, with `members` inside its `_embedded`. */
export function writeProblem(
	entity: Entity,
	body: IDataObject,
	outcome: Exclude<RowOutcome, { status: 'written' }>,
	definitions: FieldDefinition[] = [],
	members: Record<string, Entity> = {},
): ItemProblem {
	const { failure } = outcome;
	const name = entity.displayName;
	switch (outcome.status) {
		case 'refused': {
			const reasons = outcome.problems.map((problem) => describeFieldProblem(entity, body, problem, definitions, members));
			return {
				message: reasons.length > 0 ? `${name} was refused: ${[...new Set(reasons)].join('; ')}` : failure.message,
				description: `${failure.advice} This item was not written.`,
				failure,
				details: outcome.problems.length > 0 ? { amoCrmErrors: outcome.problems as unknown as IDataObject[] } : undefined,
			};
		}
		case 'unknown':
			return {
				message: `${name}: it is not known whether amoCRM saved it. ${failure.message}`,
				description: failure.advice,
				failure,
			};
		case 'notSent':
			return {
				message: `${name} was not written, because another item was refused or a request failed: ${failure.message}`,
				description: `${failure.advice} This item itself was not found faulty.`,
				failure,
				collateral: true,
			};
	}
}

/** amoCRM's reason under the name that the field has in the UI. */
function describeFieldProblem(
	entity: Entity,
	body: IDataObject,
	problem: FieldProblem,
	definitions: FieldDefinition[],
	members: Record<string, Entity>,
): string {
	const nested = /^_embedded\.(\w+)\.0\.(.+)$/.exec(problem.path);
	const member = members[nested?.[1] ?? ''];
	if (nested && member) {
		const inner = (valueAt(body, `_embedded.${nested[1]}.0`) ?? {}) as IDataObject;
		return `${member.displayName} ${describeFieldProblem(member, inner, { ...problem, path: nested[2] ?? '' }, definitions, {})}`;
	}
	const detail = problem.detail.replace(/\.$/, '') || problem.code || 'refused without a reason';
	if (problem.path === '') return detail;
	const value = valueAt(body, problem.path);
	const given = value === undefined || typeof value === 'object' ? '' : `, value ${JSON.stringify(value)}`;
	return `'${fieldName(entity, body, problem.path, definitions)}' (${problem.path}${given}): ${detail}`;
}

function fieldName(entity: Entity, body: IDataObject, path: string, definitions: FieldDefinition[]): string {
	const [head = '', second = ''] = path.split('.');
	if (head === 'custom_fields_values') {
		const sent = valueAt(body, `custom_fields_values.${second}`) as { field_id?: number; field_code?: string } | undefined;
		const byCode = entity.fields.find((field) => field.key === sent?.field_code);
		if (byCode) return plainName(byCode);
		const known = definitions.find((field) => field.id === Number(sent?.field_id));
		if (known) return known.name;
		return sent ? `Custom Field ${sent.field_code ?? sent.field_id ?? ''}`.trim() : 'Custom Fields';
	}
	const key = head === '_embedded' ? `_embedded.${second}` : head;
	const field = entity.fields.find((candidate) => candidate.key === key);
	return field ? plainName(field) : path;
}

function valueAt(body: IDataObject, path: string): unknown {
	let value: unknown = body;
	for (const key of path.split('.')) {
		if (typeof value !== 'object' || value === null) return undefined;
		value = (value as Record<string, unknown>)[key];
	}
	return value;
}
