import type { INodeParameters, INodeProperties, INodePropertyCollection, INodeTypeDescription, NodeParameterValueType, ResourceMapperValue } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { AmoCrmPollTrigger } from '../../nodes/AmoCrm/AmoCrmPollTrigger.node';
import { AmoCrmTrigger } from '../../nodes/AmoCrm/AmoCrmTrigger.node';
import type { askFor } from './ask';
import { NODE_TYPE } from './run';

/** Every form of all nodes, filled to the brim. */

const node = new AmoCrm().description;
const trigger = new AmoCrmTrigger().description;
const pollTrigger = new AmoCrmPollTrigger().description;

export interface Form {
	name: string;
	/** Type of the node in a workflow. */
	type: string;
	description: INodeTypeDescription;
	parameters: INodeParameters;
}

type Values = Record<string, NodeParameterValueType>;
type Shape = Pick<Form, 'type' | 'description'>;

const isShown = ({ description }: Shape, property: INodeProperties, values: Values, root: Values): boolean =>
	NodeHelpers.displayParameter(values as INodeParameters, property, { typeVersion: 2 }, description, root as INodeParameters);

/** What a form asks: the properties that show for these values, those inside collections too. */
export function shownProperties(shape: Shape, root: Values, properties = shape.description.properties, values: Values = root): INodeProperties[] {
	return properties
		.filter((property) => property.type !== 'hidden' && isShown(shape, property, values, root))
		.flatMap((property) => {
			if (property.type === 'collection') return [property, ...shownProperties(shape, root, property.options as INodeProperties[], (values[property.name] ?? {}) as Values)];
			if (property.type !== 'fixedCollection') return [property];
			return [property, ...(property.options as INodePropertyCollection[]).flatMap((entry) => shownProperties(shape, root, entry.values, {}))];
		});
}

/** The choices at top level that other parameters depend on. */
function choicesOf(shape: Shape, root: Values): INodeProperties[] {
	const asked = new Set(
		JSON.stringify(shape.description.properties)
			.match(/"(?:show|hide)":\{[^}]*\}/g)
			?.flatMap((rule) => [...rule.matchAll(/"\/?(\w+)":\[/g)].map(([, name]) => name)),
	);
	return shownProperties(shape, root).filter(({ name, type, options }) => type === 'options' && options && asked.has(name) && !['authentication', 'resource', 'operation'].includes(name));
}

/** Each operation once, and once more for every choice that asks something else; so the trigger. */
export function formsOf(): Form[] {
	const operations = node.properties.filter(({ name }) => name === 'operation');
	const shape = { type: NODE_TYPE, description: node };
	return [
		...operations.flatMap((picker) => {
			const seen = new Set<string>();
			return (picker.options ?? []).flatMap((option) => {
				if (!('action' in option)) return [];
				const parameters = { resource: picker.displayOptions?.show?.resource?.[0] as string, operation: option.value };
				return variantsOf(String(option.action), shape, parameters, seen);
			});
		}),
		...variantsOf('Trigger', { type: `${NODE_TYPE}Trigger`, description: trigger }, {}, new Set()),
		...variantsOf('Polling Trigger', { type: `${NODE_TYPE}PollTrigger`, description: pollTrigger }, {}, new Set()),
	];
}

function variantsOf(name: string, shape: Shape, chosen: Values, seen: Set<string>): Form[] {
	const base = defaultsOf(shape, { authentication: 'oAuth2', ...chosen });
	const forms = [{ name, ...shape, parameters: base as INodeParameters }];
	for (const property of shownProperties(shape, base)) seen.add(lookOf(property));
	for (const choice of choicesOf(shape, base)) {
		for (const entry of choice.options ?? []) {
			if (!('value' in entry)) continue;
			const parameters = defaultsOf(shape, { ...base, [choice.name]: entry.value });
			const asked = shownProperties(shape, parameters).map(lookOf);
			if (asked.every((look) => seen.has(look))) continue;
			for (const look of asked) seen.add(look);
			forms.push({ name: `${name}, ${choice.displayName}: ${entry.name}`, ...shape, parameters: parameters as INodeParameters });
		}
	}
	return forms;
}

/** Two operations of a resource may ask the same in the same words. */
const lookOf = ({ displayName, name, type, description: text }: INodeProperties): string => [displayName, name, type, text].join('|');

function defaultsOf(shape: Shape, values: Values): Values {
	const shown = shape.description.properties.filter((property) => isShown(shape, property, values, values));
	return { ...Object.fromEntries(shown.map(({ name, default: value }) => [name, value])), ...values };
}

/** Lists that are empty for what is chosen first beside them: a field of texts has no options. */
const OF_ANOTHER_CHOICE = ['getEventFieldOptions'];

/** The form with every optional field added and every list chosen from. */
export async function filledForm(form: Form, editor: ReturnType<typeof askFor>): Promise<Form> {
	const root: Values = { ...form.parameters };
	const fill = async (properties: INodeProperties[], values: Values): Promise<Values> => {
		for (const property of properties) if (isShown(form, property, values, root)) values[property.name] = await valueOf(property, values);
		return values;
	};
	const valueOf = async (property: INodeProperties, values: Values): Promise<NodeParameterValueType> => {
		const { type, typeOptions, default: preset, placeholder } = property;
		const question = { nodeType: form.type, parameters: { ...root, ...values } as INodeParameters };
		switch (type) {
			case 'collection':
				return (await fill(property.options as INodeProperties[], {})) as INodeParameters;
			case 'fixedCollection': {
				const block: Values = {};
				for (const { name, values: own } of property.options as INodePropertyCollection[]) {
					const filled = (await fill(own, {})) as INodeParameters;
					block[name] = typeOptions?.multipleValues ? [filled] : filled;
				}
				return block as INodeParameters;
			}
			case 'resourceLocator': {
				const { results } = await editor.search({ ...question, method: property.modes?.[0]?.typeOptions?.searchListMethod ?? '' });
				return { __rl: true, mode: 'list', value: results[0]?.value ?? '', cachedResultName: results[0]?.name };
			}
			case 'resourceMapper': {
				const { fields } = await editor.columns({ ...question, method: typeOptions?.resourceMapper?.resourceMapperMethod ?? '' });
				const value: ResourceMapperValue = { mappingMode: 'defineBelow', value: {}, matchingColumns: [], schema: fields, attemptToConvertTypes: false, convertFieldsToString: false };
				return value as unknown as INodeParameters;
			}
			case 'options':
			case 'multiOptions': {
				if (!typeOptions?.loadOptionsMethod) return type === 'options' ? values[property.name] ?? preset : firstOf(property);
				const [first] = await editor.options({ ...question, method: typeOptions.loadOptionsMethod });
				if (first === undefined && OF_ANOTHER_CHOICE.includes(typeOptions.loadOptionsMethod)) return preset;
				if (first === undefined) throw new Error(`${form.name}: nothing to choose from in ${property.displayName}`);
				return type === 'options' ? first.value : ([first.value] as NodeParameterValueType);
			}
			case 'dateTime':
				return '2026-12-01T10:00:00';
			case 'string':
				return property.required ? (placeholder ?? 'Secret-1').replace('e.g. ', '') : (values[property.name] ?? preset);
			default:
				return preset;
		}
	};
	await fill(
		form.description.properties.filter(({ name: own }) => !['authentication', 'resource', 'operation'].includes(own)),
		root,
	);
	return { ...form, parameters: root as INodeParameters };
}

/** One choice where there must be one. */
function firstOf({ required, options = [] }: INodeProperties): NodeParameterValueType {
	const [first] = options;
	return (required && first && 'value' in first ? [first.value] : []) as NodeParameterValueType;
}
