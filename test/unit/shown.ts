import type { INodeProperties, INodePropertyCollection, INodeTypeDescription } from 'n8n-workflow';
import { AmoCrm } from '../../nodes/AmoCrm/AmoCrm.node';
import { resources } from '../../nodes/AmoCrm/menu';

/** In the description a parameter stands once for all operations that have it. Here are those of each. */

const { properties: all, ...face } = new AmoCrm().description;

const withoutEmpty = <T extends object>(value: T): T =>
	Object.fromEntries(Object.entries(value).filter(([name, inner]) => !['show', 'displayOptions'].includes(name) || Object.keys((inner ?? {}) as object).length > 0)) as T;

/** Without what only the form of the tool has in place of another parameter: a test of its own looks at that. */
function withoutToolForm(among: INodeProperties[]): INodeProperties[] {
	const isRuled = (isTool: boolean) => ({ displayOptions }: INodeProperties) => displayOptions?.show?.['@tool']?.[0] === isTool;
	const replaced = among.filter(isRuled(false)).map(({ name }) => name);
	return among
		.filter((property) => !isRuled(true)(property) || !replaced.includes(property.name))
		.map((property): INodeProperties => {
			const { show: { '@tool': tool, ...show } = {}, ...rest } = property.displayOptions ?? {};
			const rules = tool?.[0] === false ? { displayOptions: withoutEmpty({ show, ...rest }) } : {};
			if (property.type === 'fixedCollection') return { ...property, options: (property.options as INodePropertyCollection[]).map((block) => ({ ...block, values: withoutToolForm(block.values) })) };
			if (property.type === 'collection') return { ...property, options: withoutToolForm(property.options as INodeProperties[]) };
			return withoutEmpty({ ...property, ...rules });
		});
}

/** Without the rules that say whose they are. */
function ownOf(among: INodeProperties[], own: Record<string, string>): INodeProperties[] {
	return among
		.filter(({ displayOptions: { show = {} } = {} }) => Object.entries(own).every(([name, value]) => (show[name] ?? [value]).includes(value)))
		.map((property) => {
			const { show = {}, ...hide } = property.displayOptions ?? {};
			const rest = Object.entries(show).filter(([name]) => !(name in own));
			return withoutEmpty({ ...property, displayOptions: withoutEmpty({ ...hide, show: Object.fromEntries(rest) }) });
		});
}

const properties = withoutToolForm(all);

/** The parameters of one operation, as it declares them. */
export function propertiesOf(resource: string, operation: string): INodeProperties[] {
	const among = properties.filter(({ displayOptions }) => displayOptions?.show?.resource && displayOptions.show.operation);
	return ownOf(among, { resource, operation }).map((property) =>
		property.type === 'collection' ? { ...property, options: ownOf((property.options ?? []) as INodeProperties[], { '/resource': resource, '/operation': operation }) } : property,
	);
}

/** The description as if every operation had parameters of its own. */
export function unfolded(): INodeTypeDescription {
	const common = properties.filter(({ displayOptions }) => !displayOptions?.show?.operation);
	const own = resources.flatMap(({ entity, operations }) =>
		operations.flatMap(({ value }) =>
			propertiesOf(entity.value, value).map((property) => ({
				...property,
				displayOptions: { ...property.displayOptions, show: { resource: [entity.value], operation: [value], ...property.displayOptions?.show } },
			})),
		),
	);
	return { ...face, properties: [...common, ...own] };
}
