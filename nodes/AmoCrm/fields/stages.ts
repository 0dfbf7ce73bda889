import { UserError } from 'n8n-workflow';

import { type Choice, type ChoiceContext, type ChoicesOf, entriesOf, havingName, listed, notOne } from './choices';
import { STAGE_PAIR, STAGES } from './sources';
import { show, toInteger, unwrapLocator } from './values';

/**
 * Stages of leads, by IDs or by names. 142 (won) and 143 (lost) exist in every pipeline, so a stage is a pair (core facts 7):
 * "pipeline:status" or `Pipeline / Stage`. Each throws a `UserError`.
 */

interface Pair {
	pipelineId: number;
	statusId: number;
}

/** A status alone leaves its pipeline as it is. */
type Stage = Pick<Pair, 'statusId'> & Partial<Pair>;

function pairIn(value: unknown): Pair | undefined {
	const [, pipelineId, statusId] = STAGE_PAIR.exec(typeof value === 'string' ? value : '') ?? [];
	return statusId === undefined ? undefined : { pipelineId: Number(pipelineId), statusId: Number(statusId) };
}

const pairOf = ({ id }: Choice): Pair => pairIn(id) as Pair;

/** The stage that a record gets, which brings its pipeline along, or is one of the pipeline that is given beside it. */
export function stageOf(value: unknown, context: ChoiceContext, pipelineId?: number): Stage {
	const { choices } = context;
	const plain = unwrapLocator(value);
	const pair = pairIn(plain);
	if (pair && (pipelineId === undefined || pair.pipelineId === pipelineId)) return pair;
	if (pair) throw contradiction([pair], context, pipelineId);
	if (!choices || typeof plain !== 'string' || plain.trim() === '' || /^\s*\d+\s*$/.test(plain)) return { statusId: toInteger(plain) };
	const isOwn = (choice: Choice) => pipelineId === undefined || pairOf(choice).pipelineId === pipelineId;
	const found = havingName(STAGES, plain, choices, isOwn);
	const [first, ...others] = found.map(pairOf);
	if (first && others.length === 0) return first;
	// Won and lost: that of the pipeline which the record is in or gets.
	if (first && others.every(({ statusId }) => statusId === first.statusId)) return { statusId: first.statusId };
	const elsewhere = first ? [] : havingName(STAGES, plain, choices);
	if (elsewhere.length > 0) throw contradiction(elsewhere.map(pairOf), context, pipelineId);
	throw notOne(plain, found, choices(STAGES).filter(isOwn), STAGES);
}

function contradiction(given: Pair[], { choices }: ChoiceContext, pipelineId?: number): UserError {
	const all = choices?.(STAGES) ?? [];
	const nameOf = ({ pipelineId: pipeline, statusId }: Pair) => all.find(({ id }) => id === `${pipeline}:${statusId}`)?.path ?? `${pipeline}:${statusId}`;
	const own = all.filter((choice) => pairOf(choice).pipelineId === pipelineId);
	const pipeline = own[0] ? own[0].path.slice(0, -own[0].value.length - 3) : pipelineId;
	return new UserError(
		`the stage is ${show(listed(given.map(nameOf), ''))}, but 'Pipeline' says ${show(pipeline)}. Choose one of its stages: ${listed(own.map(({ value }) => value), '') || '(none)'}`,
	);
}

/**
 * Several stages as pairs, of these pipelines where some are given. A name or a status that several pipelines have means all
 * of them only if it is the same, as won and lost are.
 */
export function stagesOf(value: unknown, context: ChoiceContext, pipelineIds?: number[]): Pair[] {
	const { choices } = context;
	const isOwn = (choice: Choice) => pipelineIds === undefined || pipelineIds.includes(pairOf(choice).pipelineId);
	return entriesOf(value, STAGES, context).flatMap((entry) => {
		const pair = pairIn(entry);
		if (pair) return [pair];
		const text = typeof entry === 'string' || typeof entry === 'number' ? String(entry).trim() : '';
		if (!choices || text === '') throw new UserError(`${show(entry)} is no stage. Give its name, or the IDs of its pipeline and stage such as 7100001:142.`);
		const found = /^\d+$/.test(text) ? withStatus(Number(text), choices) : havingName(STAGES, text, choices);
		const pairs = found.filter(isOwn).map(pairOf);
		if (pairs.length > 0 && pairs.every(({ statusId }) => statusId === pairs[0]?.statusId)) return pairs;
		throw notOne(text, found.filter(isOwn), choices(STAGES).filter(isOwn), STAGES);
	});
}

/** The stages with that status ID. */
function withStatus(statusId: number, choices: ChoicesOf): Choice[] {
	const isIt = (choice: Choice) => pairOf(choice).statusId === statusId;
	const known = choices(STAGES).filter(isIt);
	return known.length > 0 ? known : choices(STAGES, 'current').filter(isIt);
}
