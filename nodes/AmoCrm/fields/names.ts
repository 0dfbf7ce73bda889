/** Names that the account has for IDs in a record, where they are known. */
export interface Names {
	pipelines?: Map<number, string>;
	/** By "pipeline:status". */
	stages?: Map<string, string>;
	users?: Map<number, string>;
	/** Stages of customers. */
	customerStatuses?: Map<number, string>;
	taskTypes?: Map<number, string>;
	/** Custom fields, whatever they belong to. */
	fields?: Map<number, string>;
}
