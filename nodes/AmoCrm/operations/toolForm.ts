import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import { plainName } from '../fields/fields';

/**
 * The form of the node as a tool of an AI agent. n8n has a button that lets the model fill a field, but none at a choice
 * (`PROP_TYPE_DENYLIST` of its editor, 2.41). So a choice is a picker there, which lists the same and takes a name.
 */

/** Choices that the form itself has, each list under the name of a method that n8n asks for what a picker lists. */
export class ChoiceLists {
	private readonly byText = new Map<string, string>();

	methodOf(choices: INodePropertyOptions[]): string {
		const text = JSON.stringify(choices);
		const method = this.byText.get(text) ?? `choices${this.byText.size + 1}`;
		this.byText.set(text, method);
		return method;
	}

	methods(): Record<string, () => Promise<INodePropertyOptions[]>> {
		return Object.fromEntries([...this.byText].map(([text, method]) => [method, async () => await Promise.resolve(JSON.parse(text) as INodePropertyOptions[])]));
	}
}

/** Parameters with those of the tool beside them where they differ. */
export function withToolForm(properties: INodeProperties[], lists: ChoiceLists): INodeProperties[] {
	const choices = properties.filter(({ type }) => type === 'options').map(({ name }) => name);
	return properties.flatMap((property): INodeProperties[] => {
		const { type, options = [], required, displayOptions: { show, hide } = {} } = property;
		if (type === 'collection') return [{ ...property, options: withToolForm(options as INodeProperties[], lists) }];
		// A model fills the JSON beside it with much less effort.
		if (properties.some(({ name }) => name === `${property.name}Json`)) return [property];
		if (type === 'fixedCollection') return [{ ...property, options: (options as INodePropertyCollection[]).map((block) => ({ ...block, values: withToolForm(block.values, lists) })) }];
		// What only version 1 shows stays as it was; what only the tool has is for those who build the agent.
		if (show?.['@version'] || show?.['@tool']) return [property];
		// Where the model makes the choice, n8n would demand what belongs to each of the others too.
		const isOfChoice = required === true && Object.keys({ ...show, ...hide }).some((name) => choices.includes(name));
		const ofTool = { ...(type === 'options' ? pickerOf(property, lists) : property), ...(isOfChoice ? { required: false } : {}) };
		return type === 'options' || isOfChoice ? inBoth(property, ofTool) : [property];
	});
}

/** The rule stands first: n8n looks at no other one after one about a parameter that is an expression. */
const inBoth = (property: INodeProperties, ofTool: INodeProperties): INodeProperties[] =>
	[property, ofTool].map((one, index) => ({ ...one, displayOptions: { ...property.displayOptions, show: { '@tool': [index === 1], ...property.displayOptions?.show } } }));

/** The same parameter: what is saved for a choice holds for its picker. */
function pickerOf({ options, typeOptions, ...property }: INodeProperties, lists: ChoiceLists): INodeProperties {
	const { displayName, description, default: value } = property;
	const { loadOptionsMethod, ...rest } = typeOptions ?? {};
	const choices = options as INodePropertyOptions[] | undefined;
	const preset = choices?.find((choice) => choice.value === value)?.name;
	const searchListMethod = loadOptionsMethod ?? lists.methodOf(choices ?? []);
	return {
		...property,
		noDataExpression: undefined,
		displayName: plainName({ displayName }),
		...(Object.keys(rest).length > 0 ? { typeOptions: rest } : {}),
		...(description ? { description: description.replace(/\.? Choose from the list, or .*$/, '') } : {}),
		type: 'resourceLocator',
		default: { __rl: true, mode: 'list', value: value as string, ...(preset ? { cachedResultName: preset } : {}) },
		modes: [{ displayName: 'From List', name: 'list', type: 'list', typeOptions: { searchListMethod, ...(choices && choices.length < MANY ? {} : { searchable: true }) } }],
	};
}

/** So many choices are searched. */
const MANY = 10;
