namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Waits for an answer for 100 s, and then says what the server and this process were doing instead of answering.</summary>
internal sealed class Patience(CapturingLogs logs) : DelegatingHandler(new SocketsHttpHandler())
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(100);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(Longest);
        var before = logs.Lines.Count;
        try
        {
            return await base.SendAsync(request, ending.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No answer in {Longest.TotalSeconds} s. Threads: {ThreadPool.ThreadCount}, waiting: {ThreadPool.PendingWorkItemCount}. Logged since:\n{string.Join('\n', logs.Lines.Skip(before).Take(200))}", e);
        }
    }
}
