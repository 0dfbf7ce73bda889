import type { IDataObject } from 'n8n-workflow';

import type { Entity, RecordId } from '../entities/types';
import type { FieldDefinition } from '../fields/dictionaries';
import { AmoCrmError } from '../fields/errors';
import { plainName } from '../fields/fields';
import { short } from '../fields/values';
import type { NotWritten } from '../transport/batches';
import type { Failure, FieldProblem } from '../transport/types';
import type { Operation } from './types';

export function notFoundError(entity: Pick<Entity, 'displayName'>, id: RecordId): AmoCrmError {
	const advice = 'Check the ID. A deleted record is not found either, and nor is one that the connected user may not see.';
	const failure: Failure = { kind: 'notFound', status: 404, message: 'not found', advice, outcomeUnknown: false };
	return new AmoCrmError(`${entity.displayName} ${id} was not found`, { advice, failure });
}

/** The error with the right or the plan that the operation needs, where amoCRM refuses for want of one. */
export function withNeeds(error: AmoCrmError, { needs, writes }: Pick<Operation, 'needs' | 'writes'>): AmoCrmError {
	const { failure } = error.facts;
	const advice = failure && !failure.isExplained && needs && needOf(failure, needs, writes === true);
	return advice ? new AmoCrmError(error.message, { ...error.facts, advice }) : error;
}

function needOf({ kind, status }: Failure, { admin, plan, scope, state }: NonNullable<Operation['needs']>, writes: boolean): string | undefined {
	const isForAdmins = admin === 'always' || (admin === 'toWrite' && writes);
	if (kind === 'forbidden' && isForAdmins) return 'Only an administrator of the amoCRM account may do this: connect the account as one.';
	if (kind === 'forbidden' && scope) return `This needs the scope ${scope}: allow it to the integration in amoCRM and connect the account again. Where amoCRM does not offer it, the account cannot have it.`;
	const need = status === 422 ? (state ?? plan) : kind === 'paymentRequired' ? plan : undefined;
	return need === undefined ? undefined : `This needs ${need}.`;
}

/** What was sent, and what it takes to name its fields. */
export interface Sent {
	entity: Entity;
	body: IDataObject;
	definitions: FieldDefinition[];
	/** What stands in its `_embedded`. */
	members?: Entity[];
}

/** Whether amoCRM says that there is no such record: some routes answer 404, others that `id` is no valid choice (core facts 7). */
function isMissing(outcome: NotWritten, key = 'id'): boolean {
	if (outcome.status !== 'refused') return false;
	return outcome.failure.kind === 'notFound' || outcome.problems.some(({ path, code }) => ['id', key].includes(path) && code === 'NotSupportedChoice');
}

/** What a row that was not written comes out as. */
export function writeError(sent: Sent, outcome: NotWritten): AmoCrmError {
	const { failure } = outcome;
	const name = sent.entity.displayName;
	const id = (sent.body.id ?? sent.body[sent.entity.id?.key ?? 'id']) as RecordId | undefined;
	if (id !== undefined && isMissing(outcome, sent.entity.id?.key)) return notFoundError(sent.entity, id);
	const facts = factsOf(outcome);
	if (outcome.status === 'unknown') return new AmoCrmError(`${name}: it is not known whether amoCRM saved it. ${failure.message}`, facts);
	if (outcome.status === 'notSent') {
		const advice = `${failure.advice} This item itself was not found faulty.`;
		return new AmoCrmError(`${name} was not written, because another item was refused or a request failed: ${failure.message}`, { ...facts, advice });
	}
	const { problems } = outcome;
	const reasons = new Set(problems.map((problem) => describeFieldProblem(sent, problem)));
	return new AmoCrmError(reasons.size > 0 ? `${name} was refused: ${[...reasons].join('; ')}` : failure.message, {
		...facts,
		advice: `${failure.advice} This item was not written.`,
		...(failure.outcomeUnknown ? { mustNotRepeat: true } : {}),
		...(problems.length > 0 ? { details: { amoCrmErrors: problems as unknown as IDataObject[] } } : {}),
	});
}

/** What the error of a row says beside its message. */
export const factsOf = (outcome: NotWritten) => ({
	failure: outcome.failure,
	advice: outcome.failure.advice,
	...(outcome.status === 'notSent' ? { isCollateral: true as const } : {}),
	...(outcome.status === 'unknown' && !outcome.repeatable ? { mustNotRepeat: true as const } : {}),
});

/** amoCRM's reason under the name that the field has in the UI. */
function describeFieldProblem(sent: Sent, problem: FieldProblem): string {
	const nested = /^_embedded\.(\w+)\.0\.(.+)$/.exec(problem.path);
	const member = sent.members?.find(({ collection }) => collection === nested?.[1]);
	if (nested && member) {
		const body = (valueAt(sent.body, `_embedded.${nested[1]}.0`) ?? {}) as IDataObject;
		return `${member.displayName} ${describeFieldProblem({ ...sent, entity: member, body, members: [] }, { ...problem, path: nested[2] ?? '' })}`;
	}
	const detail = problem.detail.replace(/\.$/, '') || problem.code || 'refused without a reason';
	if (problem.path === '') return detail;
	const value = valueAt(sent.body, problem.path);
	const isSecret = problem.path === 'password';
	const given = isSecret || value === undefined || typeof value === 'object' ? '' : `, value ${short(JSON.stringify(value))}`;
	return `'${fieldName(sent, problem.path)}' (${problem.path}${given}): ${detail}`;
}

function fieldName({ entity, body, definitions }: Sent, path: string): string {
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
	const field = entity.fields.find((candidate) => candidate.key === key || candidate.key === path);
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
