import { UserError } from 'n8n-workflow';

import { isUnset, show } from '../fields/values';
import { isObject } from '../transport/objects';
import { inTurns } from '../transport/parallel';
import { EXPRESSION, labelOf } from './parameterReader';
import type { Operation, Run } from './types';

/**
 * Throws a `UserError` for a setting of the whole run that the items want differently: such a setting is read from the first
 * one, and a dry run of that one must not become a real run of the others.
 */
export async function assertSameForAll({ context, items, parameter }: Pick<Run, 'context' | 'items' | 'parameter'>, { properties, forAllItems = [] }: Operation): Promise<void> {
	const { parameters } = context.getNode();
	for (const path of ['options.dryRun', ...forAllItems]) {
		const [name = '', key] = path.split('.');
		const partOf = (value: unknown): unknown => (key !== undefined && isObject(value) ? value[key] : value);
		const isExpression = EXPRESSION.test(JSON.stringify(partOf(parameters[name]) ?? ''));
		if (!isExpression) continue;
		const valueOf = (item: number): unknown => {
			const value = partOf(parameter(name, item, ''));
			return isUnset(value) || value === false ? '' : value;
		};
		const first = valueOf(0);
		await inTurns(items, (_, item) => {
			const value = valueOf(item);
			if (JSON.stringify(value) === JSON.stringify(first)) return;
			throw new UserError(`'${labelOf(properties, parameters, path.split('.'))}' holds for all items of a run, but it is ${show(first)} for item 0 and ${show(value)} for item ${item}. Give all the same value, or run the items apart.`);
		});
	}
}
