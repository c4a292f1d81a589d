using System.Collections.Concurrent;
using System.Text;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>What tests publish to subscriptions.</summary>
internal sealed class TestFeed : IEventSource
{
    private readonly ConcurrentDictionary<IEventSubscriber, byte> _subscribers = new();

    public int Count => _subscribers.Count;

    /// <summary>Runs within <see cref="Start"/>, before it returns.</summary>
    public Action<IEventSubscriber>? OnStart { get; set; }

    public IDisposable Start(IEventSubscriber subscriber)
    {
        OnStart?.Invoke(subscriber);
        _subscribers.TryAdd(subscriber, 0);
        return new Subscription(this, subscriber);
    }

    /// <summary>Whether everybody took it; who did not is forgotten.</summary>
    public bool Publish(string json) => Publish(Encoding.UTF8.GetBytes(json));

    public bool Publish(byte[] json)
    {
        var isTaken = true;
        foreach (var subscriber in _subscribers.Keys)
        {
            if (!subscriber.Next(json))
            {
                isTaken = false;
                _subscribers.TryRemove(subscriber, out _);
            }
        }

        return isTaken;
    }

    public void Complete()
    {
        foreach (var subscriber in _subscribers.Keys)
        {
            subscriber.Complete();
        }
    }

    private sealed class Subscription(TestFeed feed, IEventSubscriber subscriber) : IDisposable
    {
        public void Dispose() => feed._subscribers.TryRemove(subscriber, out _);
    }
}
