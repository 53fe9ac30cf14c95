//! Amazon Athena. <https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html>

action! {
    /// Starts a query.
    start_query_execution = StartQueryExecution("athena:startQueryExecution") -> StartQueryExecutionAnswer, sync -> QueryExecutionAnswer;
    query_string: Text = "QueryString",
    {
        client_request_token: Text = "ClientRequestToken",
        execution_parameters: Json = "ExecutionParameters",
        query_execution_context: Json = "QueryExecutionContext",
        result_configuration: Json = "ResultConfiguration",
        result_reuse_configuration: Json = "ResultReuseConfiguration",
        work_group: Text = "WorkGroup",
    }
}

action! {
    /// Stops a query.
    stop_query_execution = StopQueryExecution("athena:stopQueryExecution") -> serde_json::Value;
    query_execution_id: Text = "QueryExecutionId",
    {}
}

action! {
    /// Returns the state of a query.
    get_query_execution = GetQueryExecution("athena:getQueryExecution") -> QueryExecutionAnswer;
    query_execution_id: Text = "QueryExecutionId",
    {}
}

action! {
    /// Gets rows of a query's result.
    get_query_results = GetQueryResults("athena:getQueryResults") -> QueryResultsAnswer;
    query_execution_id: Text = "QueryExecutionId",
    {
        max_results: Number = "MaxResults",
        next_token: Text = "NextToken",
    }
}

answer! {
    /// The result of `athena:startQueryExecution`.
    StartQueryExecutionAnswer {
        /// The query's id.
        query_execution_id: String = "QueryExecutionId",
    } optional {}
}

answer! {
    /// The result of `athena:getQueryExecution` and of `athena:startQueryExecution.sync`.
    QueryExecutionAnswer {
        /// The query.
        query_execution: QueryExecution = "QueryExecution",
    } optional {}
}

answer! {
    /// A query.
    QueryExecution {
        /// Its id.
        query_execution_id: String = "QueryExecutionId",
    } optional {
        /// Its text.
        query: String = "Query",
        /// The location of its result: `{"OutputLocation"}`.
        result_configuration: serde_json::Value = "ResultConfiguration",
        /// The amount of scanned data and the run times.
        statistics: serde_json::Value = "Statistics",
        /// Its state: `{"State", "StateChangeReason"}`.
        status: serde_json::Value = "Status",
        /// Its work group.
        work_group: String = "WorkGroup",
    }
}

answer! {
    /// The result of `athena:getQueryResults`.
    QueryResultsAnswer {
        /// The rows, and metadata of their columns.
        result_set: serde_json::Value = "ResultSet",
    } optional {
        /// The token of the next page.
        next_token: String = "NextToken",
        /// The number of changed rows.
        update_count: u64 = "UpdateCount",
    }
}
